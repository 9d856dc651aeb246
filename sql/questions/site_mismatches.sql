/* ---
title: First stages by code and site of the diagnosis
meaning: >
  Which site the diagnoses of 17311 and 17313 name: 17311 is for head, neck, hands, feet and
  genitalia, 17313 for trunk, arms and legs. MOHS001 to 004 judge it line by line.
grain: one row per procedure and site of its first diagnosis
columns:
  site: HNHFG, TAL, LIMB, AMBIG, NOT_MALIGNANT or OTHER by the site map; blank without a diagnosis
  lines: first-stage lines
  share: of the lines of that procedure
  denied: of them denied
--- */
select
    lines.procedure_code,
    coalesce(diagnoses.site_family, '') as site,
    count(*) as lines,
    round(count(*) / sum(count(*)) over (partition by lines.procedure_code), 4) as share,
    count(*) filter (where lines.is_denied) as denied
from core.mohs_line as lines
left join core.line_diagnosis as diagnoses
    on lines.line_id = diagnoses.line_id and diagnoses.ordinal = 1
where lines.is_first_stage
group by lines.procedure_code, diagnoses.site_family
order by lines.procedure_code asc, lines desc, site asc
