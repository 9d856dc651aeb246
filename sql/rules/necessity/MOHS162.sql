/* ---
id: MOHS162
name: small-low-risk-tumour
summary: By the chart the tumour is small, of low risk and in an area where Mohs surgery is seldom
  appropriate.
severity: warning
category: necessity
population: core.mohs_line
needs: [claims, chart]
requires: []
chart: [auc_area, histology]
parameters:
  low_risk_areas: areas of the appropriate use criteria in which a tumour may be of low risk
  basal_words: words of a histology that say basal cell carcinoma
  superficial_words: words of a basal cell carcinoma that is of low risk at any size
  small_words: words of a basal cell carcinoma that is of low risk while it is small
  squamous_words: words of a squamous cell carcinoma, of low risk while it is small
  small_mm: millimetres from which a tumour is no longer small
  exempt_sites: words of a site where no tumour is of low risk
  exempt_indications: parts of words of an indication that takes a tumour out
scope: patient
effective: {from: 2013-01-01}
carc: ["50"]
citation:
  - title: Choosing Wisely 2013 (American Academy of Dermatology)
    grade: secondary
    checked: 2026-11-23
  - title: Appropriate use criteria for Mohs surgery, JAAD 2012;67:531, as retold by Medscape
    grade: secondary
    checked: 2026-11-23
  - title: LCD L34961 (criteria of appropriate use)
    grade: secondary
    checked: 2026-11-23
why: >
  On most of the trunk and limbs a superficial basal cell carcinoma of any size, or a small nodular
  one or a small squamous cell carcinoma without aggressive growth, does as well with cheaper
  treatment. What is of low risk is debated for superficial tumours, so areas, words and sizes are
  parameters. The chart has to say that the tumour is neither recurrent nor aggressive and the
  patient neither immunosuppressed nor irradiated there; where it does not, nothing is found.
exceptions:
  - The area is H or M.
  - The tumour is recurrent or aggressive, or the patient immunosuppressed or irradiated.
  - The indication names a scar, earlier radiation, a chronic ulcer, osteomyelitis or a syndrome.
  - The site is a hand, foot, ankle, shin, nipple or the genitalia.
  - The histology names no low-risk kind.
remedy: >
  Look in the note for what speaks for Mohs surgery here, and write it down if it is missing.
  Otherwise expect a denial on review, and next time give the patient notice (ABN) beforehand.
--- */
with lesion_words as (
    select
        lesions.lesion_key,
        bool_or(words.parameter = 'low_risk_areas') as is_low_area,
        bool_or(words.parameter = 'basal_words') as is_basal,
        bool_or(words.parameter = 'superficial_words') as is_superficial,
        bool_or(words.parameter = 'small_words') as is_low_when_small,
        bool_or(words.parameter = 'squamous_words') as is_squamous,
        bool_or(words.parameter = 'small_mm') as is_small,
        bool_or(words.parameter = 'exempt_sites') as is_exempt_site,
        bool_or(words.parameter = 'exempt_indications') as is_exempt_indication
    from core.chart_lesion as lesions
    inner join core.mohs_line as stage on lesions.line_id = stage.line_id
    inner join core.threshold as words
        on
            words.rule_id = 'MOHS162'
            and stage.payer = words.payer
            and stage.date_of_service between words.effective_from and words.effective_to
            and case
                when words.parameter = 'low_risk_areas' then lesions.auc_area = words.value
                when words.parameter = 'small_mm' then lesions.size_mm < words.number
                when words.parameter = 'exempt_sites'
                    then instr(lower(lesions.site), words.value) > 0
                when words.parameter = 'exempt_indications'
                    then instr(lower(lesions.indication), words.value) > 0
                else instr(lower(lesions.histology), words.value) > 0
            end
    where
        not lesions.is_recurrent
        and not lesions.is_aggressive
        and not lesions.is_immunosuppressed
        and not lesions.is_irradiated
    group by lesions.lesion_key
)

select
    lesions.line_id,
    'lesion ' || lesions.lesion || ' is of low risk by the chart: ' || lesions.histology
    || coalesce(', ' || cast(cast(floor(lesions.size_mm) as bigint) as varchar) || ' mm', '')
    || ', area ' || lesions.auc_area as reason
from core.chart_lesion as lesions
inner join lesion_words as words on lesions.lesion_key = words.lesion_key
where
    words.is_low_area
    and not words.is_exempt_site
    and not words.is_exempt_indication
    and (
        (words.is_basal and words.is_superficial and not words.is_low_when_small)
        or (words.is_basal and words.is_low_when_small and words.is_small)
        or (words.is_squamous and words.is_small)
    )
