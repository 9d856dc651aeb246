/* ---
id: MOHS078
name: stain-without-support
summary: A stain is billed beside Mohs surgery more often than there can be blocks or specimens, or
  the chart names none but the routine one.
severity: error
severity_when:
  warning: immunostains outnumber the stages, biopsies and excisions of the day, which is our
    reading of a specimen
category: bundling
population: >
  core.encounter_line where procedure_code in ('88314', '88342', '88344')
needs: [claims]
requires: [rendering_npi]
parameters:
  routine_words: words of the stains that are part of Mohs surgery, in small letters
scope: patient
effective: {from: 2013-01-01}
carc: ["97", "151"]
citation:
  - title: AAD on stains beside Mohs surgery (2014, 2022)
    grade: secondary
    checked: 2026-11-23
  - title: NCCI procedure-to-procedure edits for practitioners, 2024Q3 (17311 and 17313 with 88314,
      88342, 88344)
    grade: authority
    checked: 2026-11-23
  - title: Our reading of a specimen as what one stage, biopsy or excision took
    grade: inference
    checked: 2026-11-23
why: >
  88314 is for a stain of frozen blocks beside the routine one, once a block; hematoxylin and eosin
  and toluidine blue are in the fee of Mohs surgery. 88342 and 88344 are for a specimen, however
  many blocks. Without a chart a stage has at most five blocks and those billed as 17315; with one,
  the blocks are counted and the stain must have a name. A missing modifier is MOHS061's or 062's.
exceptions:
  - A melanocytic stain of a lentigo maligna, with the stain named in the chart.
  - A special stain of each of four blocks.
  - The line is of another lesion than the chart's.
  - The chart file has no column for stains.
remedy: >
  Match the stains to blocks and specimens in the record. Correct the units, or take the line off
  and refund it; or write down the stain and why it was needed.
--- */
with specimens as (
    select
        lines.encounter_id,
        sum(lines.units) filter (where lines.is_first_stage or lines.is_additional_stage)
            as stages,
        coalesce(sum(lines.units) filter (
            where lines.is_biopsy or lines.is_biopsy_add_on or lines.is_excision
        ), 0) as others
    from core.encounter_line as lines
    group by lines.encounter_id
),

blocks as (
    select
        lesions.encounter_id,
        sum(lesions.blocks) as blocks
    from core.chart_lesion as lesions
    where lesions.encounter_id is not null
    group by lesions.encounter_id
    having count(*) = count(lesions.blocks)
),

stain_words as (
    select
        stages.lesion_key,
        split_part(lower(stages.special_stain), ' ', 1) as word
    from core.chart_stage as stages
    union all
    select
        stages.lesion_key,
        split_part(lower(stages.special_stain), ' ', 2) as word
    from core.chart_stage as stages
    union all
    select
        stages.lesion_key,
        split_part(lower(stages.special_stain), ' ', 3) as word
    from core.chart_stage as stages
    union all
    select
        stages.lesion_key,
        split_part(lower(stages.special_stain), ' ', 4) as word
    from core.chart_stage as stages
    union all
    select
        stages.lesion_key,
        split_part(lower(stages.special_stain), ' ', 5) as word
    from core.chart_stage as stages
),

special_stains as (
    select distinct
        stain.line_id,
        ties.lesion_key
    from core.encounter_line as stain
    inner join core.chart_line as ties on stain.line_id = ties.line_id
    inner join stain_words on ties.lesion_key = stain_words.lesion_key
    left join core.threshold as routine
        on
            routine.rule_id = 'MOHS078'
            and routine.parameter = 'routine_words'
            and stain.payer = routine.payer
            and stain.date_of_service between routine.effective_from and routine.effective_to
            and stain_words.word = routine.value
    where
        stain.procedure_code in ('88314', '88342', '88344')
        and stain_words.word <> ''
        and routine.value is null
),

lesion_stains as (
    select
        ties.line_id,
        bool_or(stages.special_stain is null) as is_unknown,
        bool_or(special_stains.lesion_key is not null) as is_special
    from core.chart_line as ties
    inner join core.chart_stage as stages on ties.lesion_key = stages.lesion_key
    left join special_stains
        on ties.line_id = special_stains.line_id and ties.lesion_key = special_stains.lesion_key
    group by ties.line_id
),

stains as (
    select
        stain.line_id,
        stain.procedure_code,
        stain.code_units,
        specimens.stages + specimens.others as specimens,
        coalesce(
            blocks.blocks,
            cast(round(5 * specimens.stages, 2) as decimal(14, 2)) + stain.extra_blocks
        ) as blocks,
        coalesce(not lesion_stains.is_unknown and not lesion_stains.is_special, false)
            as is_unsupported
    from core.encounter_line as stain
    inner join specimens on stain.encounter_id = specimens.encounter_id
    left join blocks on stain.encounter_id = blocks.encounter_id
    left join lesion_stains on stain.line_id = lesion_stains.line_id
    where stain.procedure_code in ('88314', '88342', '88344')
)

select
    stains.line_id,
    stains.procedure_code
    || case
        when stains.is_unsupported
            then ': the chart names no stain of this lesion but the routine one'
        when stains.procedure_code = '88314'
            then
                ': ' || cast(cast(floor(stains.code_units) as bigint) as varchar)
                || ' stains, and no more than '
                || cast(cast(floor(stains.blocks) as bigint) as varchar) || ' blocks'
        else
            ': ' || cast(cast(floor(stains.code_units) as bigint) as varchar)
            || ' specimens stained, and no more than '
            || cast(cast(floor(stains.specimens) as bigint) as varchar) || ' taken'
    end as reason,
    case
        when not stains.is_unsupported and stains.procedure_code <> '88314' then 'warning'
    end as severity
from stains
where
    stains.is_unsupported
    or (stains.procedure_code = '88314' and stains.code_units > stains.blocks)
    or (stains.procedure_code <> '88314' and stains.code_units > stains.specimens)
