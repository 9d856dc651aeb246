/* ---
id: MOHS107
name: x-modifier-the-claim-contradicts
summary: XE, XP or XU stands on a line although the claims of the day say otherwise.
severity: warning
severity_when:
  error: XP, and one practitioner billed everything that day
category: modifier
population: core.encounter_line where has_distinct_modifier
needs: [claims]
requires: [rendering_npi, place_of_service, diagnosis_codes]
releases: [ptp]
scope: patient
effective: {from: 2015-01-01}
carc: ["4"]
citation:
  - title: CMS on modifiers XE (separate encounter), XP (separate practitioner), XS and XU
    grade: recalled
    checked: 2026-11-23
  - title: Independence Blue Cross policy on XE, XS, XP, XU and 59 (what each says)
    url: https://medpolicy.ibx.com/ibc/MAPPO/Pages/Policy/62fb0352-3f73-451e-8478-f4898a64c9de.aspx
    grade: secondary
    checked: 2026-11-23
  - title: NCCI procedure-to-procedure edits for practitioners, 2024Q3
    grade: authority
    checked: 2026-11-23
why: >
  XE speaks of a second session that day, XP of a second practitioner, XU of a service that does
  not overlap. Mohs surgery is one session of one surgeon. A patient who came back later that day
  to the same office cannot be told from claims: a chart clears it, and is not read yet. Biopsies,
  pathology and stains of the same lesion may well not overlap, so XU on them is left alone.
exceptions:
  - XP and another practitioner billed that day.
  - XE and another place of service that day.
  - XU on another lesion.
  - XU on a biopsy, pathology or stain.
remedy: >
  Another lesion wants XS. Where nothing separates the two services, take the modifier and the
  bundled line off.
--- */
with carriers as (
    select
        lines.line_id,
        lines.patient_id
    from core.encounter_line as lines
    where
        lines.has_distinct_modifier
        and (
            coalesce(list_contains(lines.modifiers, 'XE'), false)
            or coalesce(list_contains(lines.modifiers, 'XP'), false)
            or coalesce(list_contains(lines.modifiers, 'XU'), false)
        )
),

patient_days as (
    select
        lines.patient_id,
        lines.date_of_service,
        count(distinct lines.rendering_npi) as practitioners,
        count(distinct lines.place_of_service) as places
    from core.patient_line as lines
    semi join carriers on lines.patient_id = carriers.patient_id
    where lines.has_mohs_day
    group by lines.patient_id, lines.date_of_service
),

marked_lines as (
    select
        lines.line_id,
        lines.encounter_id,
        lines.procedure_code,
        patient_days.practitioners,
        patient_days.places,
        coalesce(list_contains(lines.modifiers, 'XE'), false) as has_xe,
        coalesce(list_contains(lines.modifiers, 'XP'), false) as has_xp,
        coalesce(list_contains(lines.modifiers, 'XU'), false)
        and not (
            lines.is_biopsy
            or lines.is_biopsy_add_on
            or lines.is_pathology
            or lines.is_frozen_section
            or lines.is_immunostain
        ) as has_xu
    from core.encounter_line as lines
    inner join patient_days
        on
            lines.patient_id = patient_days.patient_id
            and lines.date_of_service = patient_days.date_of_service
    semi join carriers on lines.line_id = carriers.line_id
)

select
    lines.line_id,
    lines.procedure_code || case
        when lines.has_xp then ' carries XP, yet one practitioner billed the whole day'
        else ' carries XE, yet the claims show one session that day'
    end as reason,
    cast(null as varchar) as related_line_id,
    case when lines.has_xp and lines.practitioners = 1 then 'error' end as severity
from marked_lines as lines
where
    (lines.has_xp and lines.practitioners = 1)
    or (lines.has_xe and lines.practitioners = 1 and lines.places = 1)
union all
select
    lines.line_id,
    lines.procedure_code || ' carries XU, yet overlaps ' || pairs.related_procedure_code
    || ' by edit and diagnosis' as reason,
    pairs.related_line_id,
    cast(null as varchar) as severity
from marked_lines as lines
inner join core.encounter_pair as pairs
    on lines.line_id = pairs.line_id and pairs.shares_diagnosis
where lines.has_xu
