-- Sums behind the practice mirror: one row per provider, period, measure and site family.
-- temp.mirror_practice names the practice of every provider, within which they are compared.
with windows as (
    select
        max(parameters.number) filter (where parameters.rule_id = 'MOHS276') as split_days,
        max(parameters.number) filter (where parameters.rule_id = 'MOHS280') as closure_days
    from reference.threshold as parameters
    where
        parameters.rule_id in ('MOHS276', 'MOHS280')
        and parameters.parameter = 'window_days'
        and parameters.payer = ''
        and parameters.effective_to = date '9999-12-31'
),

encounters as (
    select
        encounters.*,
        practices.practice,
        encounters.first_stages_h + encounters.first_stages_t as first_stages,
        encounters.has_simple
        or encounters.has_intermediate
        or encounters.has_complex
        or encounters.has_flap
        or encounters.has_graft as has_closure
    from core.mohs_encounter as encounters
    inner join temp.mirror_practice as practices
        on encounters.rendering_npi = practices.rendering_npi
),

spans as (
    select
        encounters.practice,
        min(encounters.date_of_service) as first_date,
        max(encounters.date_of_service) as last_date
    from encounters
    group by encounters.practice
),

periods as (
    select
        spans.practice,
        'all' as period,
        spans.first_date as period_from,
        spans.last_date as period_to
    from spans
    union all
    select
        spans.practice,
        'last_12_months' as period,
        cast(spans.last_date - interval 12 month as date) + 1 as period_from,
        spans.last_date as period_to
    from spans
),

cases as (
    select
        encounters.*,
        periods.period,
        periods.period_from,
        periods.period_to,
        date_diff('day', encounters.date_of_service, periods.period_to) as days_since
    from encounters
    inner join periods
        on
            encounters.practice = periods.practice
            and encounters.date_of_service between periods.period_from and periods.period_to
),

share_sums as (
    select
        cases.practice,
        cases.rendering_npi,
        cases.period,
        cases.period_from,
        cases.period_to,
        count(*) as days,
        sum(cases.first_stages) as first_stages,
        sum(cases.first_stages_t) as trunk_stages,
        count(cases.lone_stages) as lesions,
        count(*) filter (where cases.lone_stages >= 4) as long_lesions,
        count(*) filter (where cases.has_closure) as closures,
        count(*) filter (where cases.has_simple) as simple,
        count(*) filter (where cases.has_intermediate) as intermediate,
        count(*) filter (where cases.has_complex) as complex,
        count(*) filter (where cases.has_flap) as flaps,
        count(*) filter (where cases.has_graft) as grafts,
        count(*) filter (where cases.has_flap or cases.has_graft) as flaps_or_grafts,
        count(*) filter (where cases.days_since >= windows.closure_days) as followed,
        count(*) filter (
            where
            cases.days_since >= windows.closure_days
            and coalesce(cases.days_to_closure > windows.closure_days, true)
            and coalesce(cases.days_to_next > windows.closure_days, true)
        ) as open_wounds,
        count(*) filter (where cases.has_25) as visits,
        count(*) filter (where cases.has_distinct_modifier) as distinct_days,
        count(*) filter (where cases.has_22) as unusual,
        count(*) filter (where cases.has_pathology) as pathology,
        count(*) filter (where cases.has_biopsy) as biopsies,
        count(*) filter (where cases.has_biopsy and cases.has_frozen_section) as confirmed
    from cases
    cross join windows
    group by
        cases.practice,
        cases.rendering_npi,
        cases.period,
        cases.period_from,
        cases.period_to
),

shares as (
    select
        sums.practice,
        sums.rendering_npi,
        sums.period,
        sums.period_from,
        sums.period_to,
        measures.measure,
        sums.days as clusters,
        case
            when measures.measure = 'four_or_more_stages' then sums.lesions
            when measures.measure = 'trunk_share' then sums.first_stages
            when measures.measure = 'second_intention' then sums.followed
            when starts_with(measures.measure, 'closure_') or measures.measure = 'flap_or_graft'
                then sums.closures
            else sums.days
        end as n,
        case measures.measure
            when 'four_or_more_stages' then sums.long_lesions
            when 'trunk_share' then sums.trunk_stages
            when 'closure_simple' then sums.simple
            when 'closure_intermediate' then sums.intermediate
            when 'closure_complex' then sums.complex
            when 'closure_flap' then sums.flaps
            when 'closure_graft' then sums.grafts
            when 'flap_or_graft' then sums.flaps_or_grafts
            when 'second_intention' then sums.open_wounds
            when 'modifier_25' then sums.visits
            when 'modifier_59' then sums.distinct_days
            when 'modifier_22' then sums.unusual
            when 'same_day_pathology' then sums.pathology
            when 'same_day_biopsy' then sums.biopsies
            when 'confirmatory_biopsy' then sums.confirmed
        end as total
    from share_sums as sums
    cross join (
        values
        ('four_or_more_stages'),
        ('trunk_share'),
        ('closure_simple'),
        ('closure_intermediate'),
        ('closure_complex'),
        ('closure_flap'),
        ('closure_graft'),
        ('flap_or_graft'),
        ('second_intention'),
        ('modifier_25'),
        ('modifier_59'),
        ('modifier_22'),
        ('same_day_pathology'),
        ('same_day_biopsy'),
        ('confirmatory_biopsy')
    ) as measures (measure)
),

-- x is what a mean is taken on, y what is counted on it; shares need no sums of products
ratios as (
    select
        cases.*,
        measures.measure,
        measures.site_family,
        case
            when measures.measure = 'extra_blocks_per_first_stage' then cases.first_stages
            when measures.measure = 'lesions_per_day'
                then case
                    when measures.site_family = 'H' and cases.first_stages_h > 0 then 1
                    when measures.site_family = 'T' and cases.first_stages_t > 0 then 1
                    else 0
                end
            when measures.site_family = 'H' then cases.first_stages_h
            else cases.first_stages_t
        end as x,
        case
            when measures.measure = 'extra_blocks_per_first_stage' then cases.extra_blocks
            when measures.measure = 'lesions_per_day'
                then case
                    when measures.site_family = 'H' then cases.first_stages_h
                    else cases.first_stages_t
                end
            when cases.first_stages_h > 0 and measures.site_family = 'H'
                then cases.first_stages_h + cases.additional_stages_h
            when cases.first_stages_t > 0 and measures.site_family = 'T'
                then cases.first_stages_t + cases.additional_stages_t
            else 0
        end as y
    from cases
    cross join (
        values
        ('stages_per_case', 'H'),
        ('stages_per_case', 'T'),
        ('lesions_per_day', 'H'),
        ('lesions_per_day', 'T'),
        ('extra_blocks_per_first_stage', 'all')
    ) as measures (measure, site_family)
),

-- a patient who came back within days for a further first stage or repair by the same provider
patients as (
    select
        cases.practice,
        cases.rendering_npi,
        cases.period,
        cases.period_from,
        cases.period_to,
        cases.patient_id,
        max(case when cases.days_to_next <= windows.split_days then 1 else 0 end) as y
    from cases
    cross join windows
    where cases.days_since >= windows.split_days
    group by
        cases.practice,
        cases.rendering_npi,
        cases.period,
        cases.period_from,
        cases.period_to,
        cases.patient_id
),

measured as (
    select
        ratios.practice,
        ratios.rendering_npi,
        ratios.period,
        ratios.period_from,
        ratios.period_to,
        ratios.measure,
        ratios.site_family,
        ratios.x,
        ratios.y
    from ratios
    where ratios.x > 0
    union all
    select
        patients.practice,
        patients.rendering_npi,
        patients.period,
        patients.period_from,
        patients.period_to,
        'split_visits' as measure,
        'all' as site_family,
        1 as x,
        patients.y
    from patients
    union all
    select
        cases.practice,
        cases.rendering_npi,
        cases.period,
        cases.period_from,
        cases.period_to,
        'stages_sd' as measure,
        'all' as site_family,
        1 as x,
        cases.lone_stages as y
    from cases
    where cases.lone_stages is not null
),

stage_counts as (
    select
        cases.practice,
        cases.rendering_npi,
        cases.period,
        cases.period_from,
        cases.period_to,
        cases.lone_stages,
        count(*) as lesions
    from cases
    where cases.lone_stages is not null
    group by
        cases.practice,
        cases.rendering_npi,
        cases.period,
        cases.period_from,
        cases.period_to,
        cases.lone_stages
),

-- uniformity asks of lesions with more than one stage; one stage is what most lesions need
commonest as (
    select
        stage_counts.practice,
        stage_counts.rendering_npi,
        stage_counts.period,
        stage_counts.period_from,
        stage_counts.period_to,
        sum(stage_counts.lesions) as n,
        coalesce(
            max(stage_counts.lesions) filter (where stage_counts.lone_stages > 1), 0
        ) as total,
        arg_max(
            stage_counts.lone_stages,
            case when stage_counts.lone_stages > 1 then stage_counts.lesions else 0 end
            - stage_counts.lone_stages / 1000000.0
        ) as stages
    from stage_counts
    group by
        stage_counts.practice,
        stage_counts.rendering_npi,
        stage_counts.period,
        stage_counts.period_from,
        stage_counts.period_to
)

select
    measured.practice,
    measured.rendering_npi,
    measured.period,
    measured.period_from,
    measured.period_to,
    measured.measure,
    measured.site_family,
    '' as note,
    count(*) as clusters,
    cast(sum(measured.x) as double) as n,
    cast(sum(measured.y) as double) as total,
    cast(sum(measured.x * measured.x) as double) as xx,
    cast(sum(measured.x * measured.y) as double) as xy,
    cast(sum(measured.y * measured.y) as double) as yy
from measured
group by
    measured.practice,
    measured.rendering_npi,
    measured.period,
    measured.period_from,
    measured.period_to,
    measured.measure,
    measured.site_family
union all
select
    shares.practice,
    shares.rendering_npi,
    shares.period,
    shares.period_from,
    shares.period_to,
    shares.measure,
    'all' as site_family,
    '' as note,
    shares.clusters,
    cast(shares.n as double) as n,
    cast(shares.total as double) as total,
    0.0 as xx,
    0.0 as xy,
    0.0 as yy
from shares
where shares.n > 0
union all
select
    commonest.practice,
    commonest.rendering_npi,
    commonest.period,
    commonest.period_from,
    commonest.period_to,
    'same_stage_count' as measure,
    'all' as site_family,
    case when commonest.total > 0 then commonest.stages || ' stages' else '' end as note,
    commonest.n as clusters,
    cast(commonest.n as double) as n,
    cast(commonest.total as double) as total,
    0.0 as xx,
    0.0 as xy,
    0.0 as yy
from commonest
order by practice, period, measure, site_family, rendering_npi
