-- The work list: open denial episodes with what may be done, until when, what it may bring, and
-- which documents the chart holds for it. What a document is follows MOHS180 to MOHS192.
with items as (
    select
        episodes.line_id,
        episodes.claim_id,
        episodes.patient_id,
        episodes.encounter_id,
        episodes.payer,
        episodes.line_of_business,
        episodes.payer_sequence,
        episodes.rendering_npi,
        episodes.date_of_service,
        episodes.procedure_code,
        episodes.modifier_key,
        episodes.first_denied_date,
        episodes.last_denied_date,
        episodes.kind,
        episodes.category,
        episodes.cause,
        episodes.driver_carc,
        episodes.driver_rarc,
        episodes.action,
        episodes.action_deadline,
        episodes.action_clock_source,
        episodes.appeal_level,
        episodes.least_amount,
        episodes.charge,
        episodes.expected_allowed,
        episodes.unrecovered,
        episodes.is_preventable,
        episodes.preventing_rule,
        date_diff('day', cuts.as_of_date, episodes.action_deadline) as days_left
    from audit.denial_episode as episodes
    cross join audit.data_cut as cuts
    where episodes.current_state = 'open' and episodes.action is not null
),

settled_kinds as (
    select
        episodes.payer,
        episodes.category,
        count(*) as closed,
        count(case when episodes.current_state in ('overturned', 'partly_paid') then 1 end)
            as overturned
    from audit.denial_episode as episodes
    where episodes.is_closed
    group by episodes.payer, episodes.category
),

tied_lesions as (
    select
        items.line_id,
        lines.lesion_key
    from core.chart_line as lines
    inner join items on lines.line_id = items.line_id
),

-- a line that nothing ties to one lesion is about all of its day's
item_lesions as (
    select
        tied_lesions.line_id,
        tied_lesions.lesion_key
    from tied_lesions
    union all
    select
        items.line_id,
        lesions.lesion_key
    from core.chart_lesion as lesions
    inner join items on lesions.encounter_id = items.encounter_id
    anti join tied_lesions on items.line_id = tied_lesions.line_id
),

-- 0 a lesion or stage is said to lack it, 1 the file does not tell, 2 all have it
lesion_evidence as (
    select
        item_lesions.line_id,
        min(case
            when lesions.diagnosis_code = '' or lesions.histology = '' then 0
            when lesions.diagnosis_code <> '' and lesions.histology <> '' then 2
            else 1
        end) as lesion,
        min(case when lesions.site = '' then 0 when lesions.site <> '' then 2 else 1 end) as site,
        min(case
            when lesions.indication = '' then 0
            when lesions.indication <> '' then 2
            else 1
        end) as indication,
        min(case
            when lesions.size_mm is not null then 2
            when not coalesce(list_contains(lesions.absent_columns, 'size_mm'), false) then 0
            else 1
        end) as size,
        min(case
            when not lesions.has_biopsy_report then 0
            when lesions.has_biopsy_report then 2
            else 1
        end) as biopsy,
        min(case
            when not lesions.has_same_physician_statement then 0
            when lesions.has_same_physician_statement then 2
            else 1
        end) as one_physician,
        min(case
            when not lesions.is_signed then 0
            when lesions.is_signed then 2
            else 1
        end) as signature,
        max(lesions.records_requested_date) as records_requested_date,
        max(lesions.records_sent_date) as records_sent_date
    from item_lesions
    inner join core.chart_lesion as lesions on item_lesions.lesion_key = lesions.lesion_key
    group by item_lesions.line_id
),

stage_evidence as (
    select
        item_lesions.line_id,
        min(case
            when not stages.has_operative_note then 0
            when stages.has_operative_note then 2
            else 1
        end) as note,
        min(case when not stages.has_map then 0 when stages.has_map then 2 else 1 end) as map,
        min(case
            when not stages.has_histology_description then 0
            when stages.has_histology_description then 2
            else 1
        end) as slides
    from item_lesions
    inner join core.chart_stage as stages on item_lesions.lesion_key = stages.lesion_key
    group by item_lesions.line_id
),

chart_evidence as (
    select
        lesions.line_id,
        lesions.records_requested_date,
        lesions.records_sent_date,
        lesions.lesion,
        lesions.site,
        lesions.indication,
        lesions.size,
        lesions.biopsy,
        lesions.one_physician,
        lesions.signature,
        coalesce(stages.note, 1) as note,
        coalesce(stages.map, 1) as map,
        coalesce(stages.slides, 1) as slides
    from lesion_evidence as lesions
    left join stage_evidence as stages on lesions.line_id = stages.line_id
),

states as (
    select cast(0 as int) as state
    union all
    select cast(1 as int) as state
    union all
    select cast(2 as int) as state
),

listed_evidence as (
    select
        chart.line_id,
        states.state,
        substr(
            case when chart.lesion = states.state then ', diagnosis and tumour type' else '' end
            || case when chart.site = states.state then ', site' else '' end
            || case
                when chart.indication = states.state then ', reason for Mohs surgery'
                else ''
            end
            || case when chart.size = states.state then ', size' else '' end
            || case when chart.biopsy = states.state then ', biopsy report' else '' end
            || case
                when chart.one_physician = states.state
                    then ', statement that one physician cut and read'
                else ''
            end
            || case when chart.signature = states.state then ', signature' else '' end
            || case when chart.note = states.state then ', operative note of each stage' else '' end
            || case when chart.map = states.state then ', map of each stage' else '' end
            || case
                when chart.slides = states.state then ', description of the slides'
                else ''
            end,
            3
        ) as documents
    from chart_evidence as chart
    cross join states
),

told_evidence as (
    select
        chart.line_id,
        chart.records_requested_date,
        chart.records_sent_date,
        present.documents as evidence_present,
        missing.documents as evidence_missing,
        unclear.documents as evidence_unknown
    from chart_evidence as chart
    inner join listed_evidence as present
        on chart.line_id = present.line_id and present.state = 2
    inner join listed_evidence as missing
        on chart.line_id = missing.line_id and missing.state = 0
    inner join listed_evidence as unclear
        on chart.line_id = unclear.line_id and unclear.state = 1
),

-- decisions that say what was done and leave the denial open; appeals and write-offs are states
decisions as (
    select
        dispositions.line_id,
        dispositions.disposition,
        dispositions.decided_date,
        dispositions.note,
        row_number() over (
            partition by dispositions.line_id
            order by dispositions.decided_date desc, dispositions.disposition asc
        ) as recency
    from reference.disposition as dispositions
    inner join items on dispositions.line_id = items.line_id
    where
        dispositions.rule_id = ''
        and dispositions.disposition in ('accepted', 'corrected', 'rejected')
        and dispositions.decided_date >= items.last_denied_date
),

first_submissions as (
    select
        submissions.claim_id,
        min(submissions.submitted_date) as first_submitted_date
    from core.submission as submissions
    semi join items on submissions.claim_id = items.claim_id
    group by submissions.claim_id
),

-- under 11, a share says little and the reports call it few
shares as (
    select
        kinds.payer,
        kinds.category,
        cast(
            cast(kinds.overturned as double) / nullif(cast(kinds.closed as double), 0)
            as decimal(6, 4)
        ) as overturned_share
    from settled_kinds as kinds
    where kinds.closed >= 11
),

valued_items as (
    select
        items.line_id,
        coalesce(kinds.closed, cast(0 as bigint)) as closed_alike,
        coalesce(kinds.overturned, cast(0 as bigint)) as overturned_alike,
        shares.overturned_share,
        cast(round(items.unrecovered * shares.overturned_share, 2) as decimal(12, 2))
            as expected_value
    from items
    left join settled_kinds as kinds
        on items.payer = kinds.payer and items.category = kinds.category
    left join shares
        on items.payer = shares.payer and items.category = shares.category
),

ordered_items as (
    select
        items.line_id,
        coalesce(valued.expected_value, items.unrecovered, items.charge) as value,
        case
            when valued.expected_value is not null then 'expected_value'
            when items.unrecovered is not null then 'expected_allowed'
            else 'charge'
        end as value_basis,
        row_number() over (
            order by
                case when decisions.line_id is null then 0 else 1 end asc,
                coalesce(items.action_deadline, date '9999-12-31') asc,
                coalesce(valued.expected_value, items.unrecovered, items.charge, 0) desc,
                items.line_id asc
        ) as place
    from items
    inner join valued_items as valued on items.line_id = valued.line_id
    left join decisions on items.line_id = decisions.line_id and decisions.recency = 1
)

select
    ordered.place,
    items.line_id,
    items.claim_id,
    items.patient_id,
    items.payer,
    items.line_of_business,
    items.payer_sequence,
    items.rendering_npi,
    items.date_of_service,
    items.procedure_code,
    items.modifier_key,
    items.first_denied_date,
    items.last_denied_date,
    first_submissions.first_submitted_date,
    items.kind,
    items.category,
    items.cause,
    items.driver_carc,
    items.driver_rarc,
    items.action,
    items.action_deadline,
    items.days_left,
    items.action_clock_source,
    items.appeal_level,
    items.least_amount,
    items.charge,
    items.expected_allowed,
    items.unrecovered,
    valued.closed_alike,
    valued.overturned_alike,
    valued.overturned_share,
    valued.expected_value,
    ordered.value,
    ordered.value_basis,
    items.preventing_rule,
    items.is_preventable,
    case
        when rules.rule_id is not null and dismissals.rule_id is null
            then rules.rule_id || ' says: ' || rules.summary || ' Is that so? '
        else ''
    end
    || coalesce(questions.question, 'What was the reason?') as question,
    coalesce(questions.wanted, 'the payer''s own explanation') as wanted,
    items.kind = 'information_request' or coalesce(questions.asks_records, false) as asks_records,
    coalesce(questions.is_about_record, false) as is_about_record,
    told.line_id is not null as has_chart,
    coalesce(told.evidence_present, '') as evidence_present,
    coalesce(told.evidence_missing, '') as evidence_missing,
    coalesce(told.evidence_unknown, '') as evidence_unknown,
    told.records_requested_date,
    told.records_sent_date,
    decisions.disposition as decision,
    decisions.decided_date,
    decisions.note
from items
inner join valued_items as valued on items.line_id = valued.line_id
inner join ordered_items as ordered on items.line_id = ordered.line_id
cross join audit.data_cut as cuts
left join audit.rule as rules on items.preventing_rule = rules.rule_id
left join audit.dismissal as dismissals
    on
        items.preventing_rule = dismissals.rule_id
        and items.line_id = dismissals.line_id
        and dismissals.state = 'standing'
left join reference.denial_question as questions
    on
        items.cause = questions.cause
        and cuts.as_of_date between questions.effective_from and questions.effective_to
left join first_submissions on items.claim_id = first_submissions.claim_id
left join told_evidence as told on items.line_id = told.line_id
left join decisions on items.line_id = decisions.line_id and decisions.recency = 1
