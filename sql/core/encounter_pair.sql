-- Pairs are looked up on the day moved into the release that judges it, so that a day outside every
-- release meets the pairs of the nearest.
with pairs as (
    select
        bundled.line_id,
        paid.line_id as related_line_id,
        bundled.encounter_id,
        bundled.patient_id,
        bundled.procedure_code,
        paid.procedure_code as related_procedure_code,
        edits.modifier_indicator,
        bundled.has_ncci_modifier or paid.has_ncci_modifier as has_ncci_modifier,
        bundled.has_distinct_modifier or paid.has_distinct_modifier as has_distinct_modifier,
        edits.rationale,
        bundled.ptp_release
    from core.encounter_line as bundled
    inner join core.encounter_line as paid on bundled.encounter_id = paid.encounter_id
    inner join reference.ncci_ptp as edits
        on
            paid.procedure_code = edits.column1
            and bundled.procedure_code = edits.column2
            and bundled.ptp_date between edits.effective_from and edits.effective_to
),

pointed_pairs as (
    select
        pairs.line_id,
        pairs.related_line_id,
        diagnoses.code
    from core.line_diagnosis as diagnoses
    inner join pairs on diagnoses.line_id = pairs.line_id
),

sharing_pairs as (
    select distinct
        pointed_pairs.line_id,
        pointed_pairs.related_line_id
    from core.line_diagnosis as diagnoses
    inner join pointed_pairs
        on
            diagnoses.line_id = pointed_pairs.related_line_id
            and diagnoses.code = pointed_pairs.code
)

select
    pairs.line_id,
    pairs.related_line_id,
    pairs.encounter_id,
    pairs.patient_id,
    pairs.procedure_code,
    pairs.related_procedure_code,
    pairs.modifier_indicator,
    pairs.has_ncci_modifier,
    pairs.has_distinct_modifier,
    sharing_pairs.line_id is not null as shares_diagnosis,
    pairs.rationale,
    pairs.ptp_release
from pairs
left join sharing_pairs
    on
        pairs.line_id = sharing_pairs.line_id
        and pairs.related_line_id = sharing_pairs.related_line_id
