-- What the files say of each denied line (core.denial), with the deadlines that run, what people
-- decided, and whether a rule of ours fires on the claim as it was denied.
with decisions as (
    select
        dispositions.line_id,
        dispositions.disposition,
        dispositions.decided_date,
        row_number() over (
            partition by dispositions.line_id
            order by
                dispositions.decided_date desc,
                case dispositions.disposition
                    when 'written_off' then 1
                    when 'appeal_lost' then 2
                    else 3
                end asc,
                dispositions.rule_id asc
        ) as recency
    from reference.disposition as dispositions
    where dispositions.disposition in ('appealed', 'appeal_lost', 'written_off')
),

decided_lines as (
    select
        decisions.line_id,
        max(case when decisions.recency = 1 then decisions.disposition end) as disposition,
        max(case when decisions.recency = 1 then decisions.decided_date end) as decided_date,
        min(case when decisions.disposition = 'appealed' then decisions.decided_date end)
            as appealed_date,
        max(case when decisions.disposition = 'appeal_lost' then decisions.decided_date end)
            as lost_date,
        max(case when decisions.disposition = 'written_off' then decisions.decided_date end)
            as written_off_date,
        count(distinct case
            when decisions.disposition = 'appeal_lost' then decisions.decided_date
        end) as lost_appeals
    from decisions
    group by decisions.line_id
),

clocks as (
    select
        clocks.payer,
        clocks.line_of_business,
        clocks.clock,
        case clocks.clock
            when 'appeal' then 1
            when 'second_appeal' then 2
            when 'third_appeal' then 3
            when 'fourth_appeal' then 4
            when 'fifth_appeal' then 5
        end as appeal_level,
        coalesce(
            clocks.counts_from,
            case
                when clocks.clock in ('timely_filing', 'corrected_claim') then 'service'
                when clocks.clock in ('reopening', 'appeal') then 'remittance'
                when clocks.clock = 'records_request' then 'letter'
                else 'decision'
            end
        ) as counts_from,
        cast(coalesce(clocks.days, 0) + coalesce(clocks.receipt_days, 0) as int) as days,
        coalesce(clocks.years, 0) as years,
        clocks.least_amount,
        clocks.effective_from,
        clocks.effective_to,
        clocks.source
    from reference.clock as clocks
),

payer_clocks as (
    select
        denials.line_id,
        clocks.clock,
        clocks.appeal_level,
        clocks.counts_from,
        clocks.days,
        clocks.years,
        clocks.least_amount,
        clocks.effective_from,
        clocks.effective_to,
        clocks.source,
        1 as nearness
    from core.denial as denials
    inner join clocks on denials.payer = clocks.payer
    union all
    select
        denials.line_id,
        clocks.clock,
        clocks.appeal_level,
        clocks.counts_from,
        clocks.days,
        clocks.years,
        clocks.least_amount,
        clocks.effective_from,
        clocks.effective_to,
        clocks.source,
        2 as nearness
    from core.denial as denials
    inner join clocks
        on denials.line_of_business = clocks.line_of_business and clocks.payer = ''
),

started_clocks as (
    select
        payer_clocks.line_id,
        payer_clocks.clock,
        payer_clocks.appeal_level,
        payer_clocks.days,
        payer_clocks.years,
        payer_clocks.least_amount,
        payer_clocks.effective_from,
        payer_clocks.effective_to,
        payer_clocks.source,
        payer_clocks.nearness,
        case payer_clocks.counts_from
            when 'service' then denials.date_of_service
            when 'remittance' then denials.last_denied_date
            when 'decision' then decided_lines.lost_date
        end as start_date
    from payer_clocks
    inner join core.denial as denials on payer_clocks.line_id = denials.line_id
    left join decided_lines on payer_clocks.line_id = decided_lines.line_id
    where
        payer_clocks.appeal_level is null
        or payer_clocks.appeal_level = coalesce(decided_lines.lost_appeals, 0) + 1
),

running_clocks as (
    select
        started_clocks.line_id,
        started_clocks.clock,
        started_clocks.appeal_level,
        started_clocks.least_amount,
        started_clocks.source,
        case
            when started_clocks.years = 1
                then
                    cast(started_clocks.start_date + interval 12 month as date)
                    + started_clocks.days
            else started_clocks.start_date + started_clocks.days
        end as deadline,
        row_number() over (
            partition by started_clocks.line_id, started_clocks.clock
            order by
                started_clocks.nearness asc, started_clocks.source asc, started_clocks.clock asc
        ) as choice
    from started_clocks
    where
        started_clocks.start_date
        between started_clocks.effective_from and started_clocks.effective_to
),

deadlines as (
    select
        running_clocks.line_id,
        max(case when running_clocks.appeal_level is not null then running_clocks.deadline end)
            as appeal_deadline,
        max(case when running_clocks.appeal_level is not null then running_clocks.source end)
            as appeal_clock_source,
        max(case when running_clocks.appeal_level is not null then running_clocks.least_amount end)
            as least_amount,
        coalesce(
            max(case
                when running_clocks.clock = 'corrected_claim' then running_clocks.deadline
            end),
            max(case when running_clocks.clock = 'timely_filing' then running_clocks.deadline end)
        ) as correction_deadline,
        coalesce(
            max(case when running_clocks.clock = 'corrected_claim' then running_clocks.source end),
            max(case when running_clocks.clock = 'timely_filing' then running_clocks.source end)
        ) as correction_clock_source,
        max(case when running_clocks.clock = 'reopening' then running_clocks.deadline end)
            as reopening_deadline,
        max(case when running_clocks.clock = 'reopening' then running_clocks.source end)
            as reopening_clock_source
    from running_clocks
    where running_clocks.choice = 1
    group by running_clocks.line_id
),

-- denied submissions of which no line was changed since, and lines the rules judge: what stands
-- tells of them; else what was said of the line as it was billed then, if anything was
judged_denials as (
    select
        denials.line_id,
        formers.submission,
        coalesce(submissions.is_as_standing, false) and denials.encounter_id is not null
            as is_standing,
        coalesce(array_length(formers.judged_by) > 0, false) as is_former
    from core.denial as denials
    left join core.submission as submissions
        on
            denials.claim_id = submissions.claim_id
            and denials.denied_submission = submissions.submission
    left join audit.submission_line as formers
        on denials.line_id = formers.line_id and denials.denied_submission = formers.submission
),

all_faults as (
    select
        findings.line_id,
        findings.rule_id,
        findings.severity
    from audit.finding as findings
    inner join judged_denials as denials on findings.line_id = denials.line_id
    where
        denials.is_standing
        and findings.basis <> 'payment'
        and not findings.is_superseded
        and findings.state <> 'gone'
    union all
    select
        findings.line_id,
        findings.rule_id,
        findings.severity
    from audit.submission_finding as findings
    inner join judged_denials as denials
        on findings.line_id = denials.line_id and findings.submission = denials.submission
    where not denials.is_standing and not findings.is_superseded
),

faults as (
    select
        all_faults.line_id,
        all_faults.rule_id,
        row_number() over (
            partition by all_faults.line_id
            order by
                case all_faults.severity when 'error' then 1 else 2 end asc, all_faults.rule_id asc
        ) as choice
    from all_faults
    where all_faults.severity in ('error', 'warning')
),

preventing_rules as (
    select
        faults.line_id,
        min(faults.rule_id) as rule_id
    from faults
    where faults.choice = 1
    group by faults.line_id
),

judged_lines as (
    select
        denials.line_id,
        denials.state as file_state,
        denials.state = 'corrected' and denials.resolution is not null as is_withdrawn,
        case
            when denials.payer_sequence = 'P' then prices.expected_allowed
            else denials.asked
        end as expected_allowed,
        decided_lines.disposition,
        decided_lines.decided_date,
        decided_lines.appealed_date,
        decided_lines.written_off_date,
        coalesce(decided_lines.lost_appeals, 0) + 1 as appeal_level,
        case when denials.is_appealable then deadlines.appeal_deadline end as appeal_deadline,
        case when denials.is_appealable then deadlines.appeal_clock_source end
            as appeal_clock_source,
        case when denials.is_appealable then deadlines.least_amount end as least_amount,
        deadlines.correction_deadline,
        deadlines.reopening_deadline,
        case
            when denials.is_unprocessable then 'resubmit'
            when denials.is_appealable then 'appeal'
            else 'reopen'
        end as action,
        case
            when denials.is_unprocessable then deadlines.correction_deadline
            when denials.is_appealable then deadlines.appeal_deadline
            else deadlines.reopening_deadline
        end as action_deadline,
        case
            when denials.is_unprocessable then deadlines.correction_clock_source
            when denials.is_appealable then deadlines.appeal_clock_source
            else deadlines.reopening_clock_source
        end as action_clock_source,
        cuts.as_of_date
    from core.denial as denials
    cross join audit.data_cut as cuts
    left join audit.expected_payment as prices on denials.line_id = prices.line_id
    left join decided_lines on denials.line_id = decided_lines.line_id
    left join deadlines on denials.line_id = deadlines.line_id
),

named_lines as (
    select
        judged_lines.line_id,
        case
            when judged_lines.file_state in ('overturned', 'partly_paid')
                then judged_lines.file_state
            when judged_lines.disposition = 'written_off' then 'written_off'
            when judged_lines.file_state = 'corrected' then 'corrected'
            when judged_lines.disposition = 'appealed' then 'appealed'
            when judged_lines.action_deadline < judged_lines.as_of_date then 'expired'
            else 'open'
        end as current_state
    from judged_lines
)

select
    denials.line_id,
    denials.claim_id,
    denials.patient_id,
    denials.encounter_id,
    denials.payer,
    denials.line_of_business,
    denials.payer_sequence,
    denials.rendering_npi,
    denials.date_of_service,
    denials.procedure_code,
    denials.modifier_key,
    denials.first_denied_date,
    cast(date_trunc('month', denials.first_denied_date) as date) as month,
    denials.denied_submission,
    denials.submissions,
    denials.denials,
    denials.kind,
    denials.category,
    denials.cause,
    case
        when denials.group_code in ('CO', 'PI') then 'provider'
        when denials.group_code = 'PR' then 'patient'
        when denials.group_code is not null then 'other'
    end as liability,
    denials.group_code as driver_group,
    denials.carc as driver_carc,
    denials.rarc as driver_rarc,
    denials.alternatives,
    denials.is_take_back,
    denials.is_unprocessable,
    denials.is_appealable,
    states.current_state,
    states.current_state in ('overturned', 'partly_paid', 'expired', 'written_off')
    or judged_lines.is_withdrawn as is_closed,
    case states.current_state
        when 'expired' then judged_lines.action_deadline
        when 'written_off' then judged_lines.written_off_date
        else denials.final_date
    end as final_date,
    case when states.current_state <> 'written_off' then denials.resolution end as resolution,
    denials.charge,
    judged_lines.expected_allowed,
    denials.denied,
    denials.recovered,
    case
        when judged_lines.expected_allowed is not null
            then cast(
                greatest(
                    judged_lines.expected_allowed
                    - case
                        when denials.allowed > 0 then denials.allowed
                        else denials.recovered
                    end,
                    0
                ) as decimal(12, 2)
            )
    end as unrecovered,
    denials.last_denied_date,
    case
        when denials.is_appealable and judged_lines.appeal_level <= 5
            then cast(judged_lines.appeal_level as bigint)
    end as appeal_level,
    judged_lines.appeal_deadline,
    judged_lines.appeal_clock_source,
    judged_lines.least_amount,
    judged_lines.correction_deadline,
    judged_lines.reopening_deadline,
    case when states.current_state = 'open' then judged_lines.action end as action,
    case when states.current_state = 'open' then judged_lines.action_deadline end
        as action_deadline,
    case when states.current_state = 'open' then judged_lines.action_clock_source end
        as action_clock_source,
    judged_lines.appealed_date,
    judged_lines.written_off_date,
    greatest(
        denials.last_activity_date,
        coalesce(judged_lines.decided_date, denials.last_activity_date)
    ) as last_activity_date,
    case
        when judged_denials.is_standing or judged_denials.is_former
            then preventing_rules.rule_id is not null
    end as is_preventable,
    preventing_rules.rule_id as preventing_rule
from core.denial as denials
inner join judged_lines on denials.line_id = judged_lines.line_id
inner join named_lines as states on denials.line_id = states.line_id
inner join judged_denials on denials.line_id = judged_denials.line_id
left join preventing_rules on denials.line_id = preventing_rules.line_id
