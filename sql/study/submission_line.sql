-- Answered lines of submissions that no longer stand, as they were billed: read in a catalog in
-- which those submissions stand. Of two answered lines that were one as billed the first counts.
with turn_answers as (
    select answers.*
    from temp.former_answer as answers
    where answers.submission = $submission and answers.portion = $portion
),

tied as (
    select
        answers.line_id,
        answers.claim_id,
        answers.submission,
        answers.outcome,
        answers.driver_carc,
        answers.is_latest,
        -- a claim answered without its lines has each of them as it is numbered
        case
            when answers.remit_line_id is null then answers.line_id
            when remits.match_method <> 'none' then remits.line_id
        end as billed_line_id
    from turn_answers as answers
    left join core.remit_line as remits on answers.remit_line_id = remits.remit_line_id
),

ranked as (
    select
        tied.line_id,
        tied.claim_id,
        tied.submission,
        tied.outcome,
        tied.driver_carc,
        tied.is_latest,
        tied.billed_line_id,
        row_number() over (partition by tied.billed_line_id order by tied.line_id) as choice
    from tied
),

rules_judged as (
    select
        judged.line_id,
        list(rules.rule_id order by rules.rule_id) as rule_ids
    from temp.former_judged as judged
    inner join temp.judging_rule as rules on judged.population = rules.population
    group by judged.line_id
)

select
    ranked.line_id,
    ranked.submission,
    ranked.billed_line_id,
    ranked.claim_id,
    lines.patient_id,
    lines.payer,
    lines.rendering_npi,
    cast(date_trunc('month', lines.date_of_service) as date) as month,
    lines.procedure_code,
    lines.modifier_key,
    lines.units,
    lines.charge,
    coalesce(prices.expected_allowed, lines.charge) as dollars,
    ranked.outcome,
    ranked.driver_carc,
    ranked.is_latest,
    coalesce(rules_judged.rule_ids, []) as judged_by
from ranked
inner join core.service_line as lines
    on ranked.billed_line_id = lines.line_id and ranked.claim_id = lines.claim_id
left join rules_judged on ranked.billed_line_id = rules_judged.line_id
left join audit.expected_payment as prices on ranked.billed_line_id = prices.line_id
where ranked.choice = 1 and lines.source <> '835' and lines.encounter_id is not null
