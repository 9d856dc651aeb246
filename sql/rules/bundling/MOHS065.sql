/* ---
id: MOHS065
name: biopsy-of-a-lesion-biopsied-before
summary: A biopsy is freed by a modifier on the day of a first Mohs stage, but the same diagnosis
  was biopsied in the sixty days before.
severity: warning
severity_when:
  error: the chart has the report of an earlier biopsy of that lesion
category: bundling
population: >
  core.encounter_line where is_biopsy and has_first_stage and (has_distinct_modifier or has_58)
needs: [claims]
requires: [rendering_npi, diagnosis_codes]
parameters:
  lookback_days: days before the surgery in which a biopsy of the diagnosis is looked for
scope: patient
effective: {from: 2019-01-01}
carc: ["97", "50"]
citation:
  - title: Summary of CGS article A56836 (another lesion, no biopsy in 60 days, or a report that
      cannot be had)
    grade: secondary
    checked: 2026-11-23
why: >
  A biopsy the day of Mohs surgery is paid for another lesion, or where the diagnosis was not yet
  known. An earlier biopsy, or its pathology, under the same diagnosis speaks against both. The
  same diagnosis code is taken for the same site. A report that was not diagnostic clears the line
  too; the chart file has no place for that. A biopsy once billed as a growth of uncertain nature is
  not seen.
exceptions:
  - The earlier biopsy was of another site or side.
  - The earlier lines name the other side by modifier.
  - The chart says that there is no report of the earlier biopsy.
remedy: >
  Pull the earlier pathology report. If it proved this tumour, take the biopsy and its frozen
  section off or refund them; if it was another lesion, correct the diagnosis.
--- */
with same_diagnoses as (
    select
        biopsy.line_id,
        biopsy.procedure_code,
        biopsy.side_modifier,
        earlier.line_id as related_line_id,
        earlier.procedure_code as related_procedure_code,
        earlier.side_modifier as related_side_modifier,
        date_diff('day', earlier.date_of_service, biopsy.date_of_service) as days
    from core.encounter_line as biopsy
    inner join core.line_diagnosis as diagnoses on biopsy.line_id = diagnoses.line_id
    inner join core.line_diagnosis as earlier_diagnoses
        on
            diagnoses.patient_id = earlier_diagnoses.patient_id
            and diagnoses.code = earlier_diagnoses.code
            and diagnoses.is_malignant
    inner join core.patient_line as earlier
        on
            earlier_diagnoses.line_id = earlier.line_id
            and biopsy.date_of_service > earlier.date_of_service
            and (earlier.is_biopsy or earlier.procedure_code = '88305')
    inner join core.threshold as lookback
        on
            lookback.rule_id = 'MOHS065'
            and lookback.parameter = 'lookback_days'
            and biopsy.payer = lookback.payer
            and biopsy.date_of_service between lookback.effective_from and lookback.effective_to
            and date_diff('day', earlier.date_of_service, biopsy.date_of_service) <= lookback.number
    where
        biopsy.is_biopsy
        and biopsy.has_first_stage
        and (biopsy.has_distinct_modifier or biopsy.has_58)
),

charted_biopsies as (
    select
        ties.line_id,
        bool_or(lesions.has_biopsy_report) as has_report
    from core.chart_line as ties
    inner join core.chart_lesion as lesions on ties.lesion_key = lesions.lesion_key
    where
        ties.tied_by = 'diagnosis'
        and (lesions.biopsy_date is null or lesions.biopsy_date < lesions.date_of_service)
    group by ties.line_id
)

select
    same_diagnoses.line_id,
    same_diagnoses.procedure_code || ': ' || same_diagnoses.related_procedure_code
    || ' stands under the same diagnosis ' || cast(same_diagnoses.days as varchar)
    || ' days before' as reason,
    same_diagnoses.related_line_id,
    case when charted_biopsies.has_report then 'error' end as severity
from same_diagnoses
left join charted_biopsies on same_diagnoses.line_id = charted_biopsies.line_id
where
    not coalesce(same_diagnoses.side_modifier <> same_diagnoses.related_side_modifier, false)
    and coalesce(charted_biopsies.has_report, true)
