/* ---
id: MOHS008
name: diagnosis-of-another-site-than-the-chart
summary: The diagnosis of a Mohs line is of another site than every lesion of the chart.
severity: error
category: site
population: core.mohs_line
needs: [claims, chart]
requires: [diagnosis_codes]
chart: [site]
scope: patient
effective: {from: 2015-10-01}
carc: ["11"]
citation:
  - title: MLN Matters SE1318 (rev. 2020-10-27) on documenting Mohs surgery, as retold by AAD 2020
    grade: secondary
    checked: 2026-11-23
  - title: ICD-10-CM April 2026 codes read as site families and body parts, against the words of a
      chart
    grade: inference
    checked: 2026-11-23
why: >
  The code is chosen by site, and a reviewer compares the diagnosis with the operative note before
  anything else. Where the two name different sites one of them is wrong, and with it perhaps the
  code. On the head, hands, feet and genitalia the parts are compared (nose and scalp differ); on
  the trunk, arms and legs only the family is.
exceptions:
  - One diagnosis is of a limb, an overlapping or an unspecified site.
  - Another lesion of the chart matches.
  - The words of the chart name no one part, or none that is known.
remedy: >
  Read the site in the operative note and the pathology report. Correct the diagnosis, or the code
  where it follows it, and send a corrected claim.
--- */
with unread_encounters as (
    select distinct stage.encounter_id
    from core.mohs_line as stage
    inner join core.chart_lesion as lesions
        on
            stage.patient_id = lesions.patient_id
            and stage.date_of_service = lesions.date_of_service
            and stage.encounter_id = coalesce(lesions.encounter_id, stage.encounter_id)
    where
        lesions.encounter_id is null
        or coalesce(lesions.site_reading, '') <> 'word'
        or lesions.body_part is null
),

diagnosed_sites as (
    select
        stage.line_id,
        stage.encounter_id,
        stage.date_of_service,
        diagnoses.code,
        diagnoses.site_family
    from core.mohs_line as stage
    inner join core.line_diagnosis as diagnoses on stage.line_id = diagnoses.line_id
    where
        stage.has_chart
        and stage.limb_pointers = 0
        and stage.ambiguous_pointers = 0
        and diagnoses.site_family in ('HNHFG', 'TAL')
),

agreeing_lines as (
    select diagnosed_sites.line_id
    from diagnosed_sites
    inner join core.chart_lesion as lesions
        on
            diagnosed_sites.encounter_id = lesions.encounter_id
            and diagnosed_sites.site_family = 'TAL'
            and lesions.site_family = 'T'
    union all
    select diagnosed_sites.line_id
    from diagnosed_sites
    inner join core.chart_lesion as lesions
        on
            diagnosed_sites.encounter_id = lesions.encounter_id
            and diagnosed_sites.site_family = 'HNHFG'
            and lesions.site_family = 'H'
    inner join reference.icd10_class as classes
        on
            classes.class_name = 'site_' || lesions.body_part
            and starts_with(diagnosed_sites.code, classes.diagnosis_prefix)
            and diagnosed_sites.date_of_service
            between classes.effective_from and classes.effective_to
),

charted_sites as (
    select
        lesions.encounter_id,
        min(lesions.site) as site
    from core.chart_lesion as lesions
    where lesions.encounter_id is not null
    group by lesions.encounter_id
)

select
    diagnosed_sites.line_id,
    'the diagnosis ' || min(diagnosed_sites.code) || ' is of another site than the chart says ('
    || min(charted_sites.site) || ')' as reason
from diagnosed_sites
inner join charted_sites on diagnosed_sites.encounter_id = charted_sites.encounter_id
anti join agreeing_lines on diagnosed_sites.line_id = agreeing_lines.line_id
anti join unread_encounters on diagnosed_sites.encounter_id = unread_encounters.encounter_id
group by diagnosed_sites.line_id
