/* ---
id: MOHS029
name: second-first-stage-of-a-tumour
summary: A first stage is billed within thirty days after another for the same diagnosis and side.
severity: warning
category: add-on
population: core.mohs_line where is_first_stage
needs: [claims]
requires: [rendering_npi, diagnosis_codes]
parameters:
  lookback_days: days before the line in which another first stage of the tumour is looked for
scope: patient
effective: {from: 2007-01-01}
carc: ["151"]
citation:
  - title: Our reading of the first-stage codes (once per tumour)
    grade: inference
    checked: 2026-11-23
why: >
  A tumour has one first stage. The same diagnosis and side again within a month, by the same group
  and with no modifier that explains it, is a later stage of it or the same surgery billed twice.
  Two tumours of one site share a diagnosis code; the chart tells them apart.
exceptions:
  - A modifier explains the return (58, 76, 78 or 79).
  - The second stage was of another diagnosis or side.
  - Another group cut the first.
  - The chart gives the lesions of the two days different names, sides or sites.
  - The chart says that the tumour came back after the first surgery.
remedy: >
  Compare the two operative notes. The same tumour - bill what was done as the payer wants surgery
  over several days; another tumour - say so by side or modifier.
--- */
with returns as (
    select
        stage.line_id,
        earlier.line_id as related_line_id,
        stage.procedure_code,
        date_diff('day', earlier.date_of_service, stage.date_of_service) as days
    from core.mohs_line as stage
    inner join core.mohs_line as earlier
        on
            stage.patient_id = earlier.patient_id
            and earlier.is_first_stage
            and stage.diagnosis_key = earlier.diagnosis_key
            and coalesce(nullif(stage.group_id, ''), stage.rendering_npi)
            = coalesce(nullif(earlier.group_id, ''), earlier.rendering_npi)
            and coalesce(nullif(stage.group_id, ''), stage.rendering_npi) <> ''
            and coalesce(stage.side_modifier, '') = coalesce(earlier.side_modifier, '')
            and stage.date_of_service > earlier.date_of_service
    inner join core.threshold as lookback
        on
            lookback.rule_id = 'MOHS029'
            and lookback.parameter = 'lookback_days'
            and stage.payer = lookback.payer
            and stage.date_of_service between lookback.effective_from and lookback.effective_to
            and date_diff('day', earlier.date_of_service, stage.date_of_service) <= lookback.number
    where
        stage.is_first_stage
        and stage.pointers > 0
        and not stage.has_58
        and not stage.has_76
        and not stage.has_78
        and not stage.has_79
),

charted_returns as (
    select
        returns.line_id,
        returns.related_line_id
    from returns
    inner join core.chart_line as ties on returns.line_id = ties.line_id
    inner join core.chart_lesion as lesions on ties.lesion_key = lesions.lesion_key
    inner join core.chart_line as earlier_ties on returns.related_line_id = earlier_ties.line_id
    inner join core.chart_lesion as earlier on earlier_ties.lesion_key = earlier.lesion_key
    group by returns.line_id, returns.related_line_id
    having
        bool_and(
            lesions.lesion <> earlier.lesion
            or coalesce(
                lesions.laterality in ('left', 'right')
                and earlier.laterality in ('left', 'right')
                and lesions.laterality <> earlier.laterality,
                false
            )
            or coalesce(
                lesions.site <> ''
                and earlier.site <> ''
                and instr(lower(lesions.site), lower(earlier.site)) = 0
                and instr(lower(earlier.site), lower(lesions.site)) = 0,
                false
            )
            or coalesce(lesions.is_recurrent and not earlier.is_recurrent, false)
        )
)

select
    returns.line_id,
    returns.procedure_code || ' stands for the same diagnosis and side '
    || cast(returns.days as varchar) || ' days before' as reason,
    returns.related_line_id
from returns
anti join charted_returns
    on
        returns.line_id = charted_returns.line_id
        and returns.related_line_id = charted_returns.related_line_id
