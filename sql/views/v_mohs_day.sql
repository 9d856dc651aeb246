/* ---
title: Days of Mohs surgery
meaning: >
  An encounter with Mohs surgery in one row: stages by site family, what stood beside it, and the
  dollars of all its lines.
grain: one row per encounter with Mohs surgery
columns:
  month: month of service, YYYY-MM
  first_stages_h: units of 17311
  additional_stages_h: units of 17312
  first_stages_t: units of 17313
  additional_stages_t: units of 17314
  closures: closures, each once, parted by blanks
  has_visit: a visit is billed the same day
  has_pathology: pathology that is part of Mohs surgery is billed the same day
  lines: billed lines, of any procedure
  charge: billed on all its lines
  allowed: allowed on all its lines
  paid: paid on all its lines
  denied_lines: of them denied
--- */
select
    lines.encounter_id,
    min(lines.payer) as payer,
    min(lines.rendering_npi) as rendering_npi,
    min(lines.date_of_service) as date_of_service,
    strftime(min(lines.date_of_service), '%Y-%m') as month,
    max(lines.first_stages_h) as first_stages_h,
    max(lines.additional_stages_h) as additional_stages_h,
    max(lines.first_stages_t) as first_stages_t,
    max(lines.additional_stages_t) as additional_stages_t,
    max(lines.extra_blocks) as extra_blocks,
    string_agg(distinct lines.closure, ' ' order by lines.closure) as closures,
    bool_or(lines.is_evaluation_management) as has_visit,
    bool_or(lines.is_pathology) as has_pathology,
    bool_or(lines.has_chart) as has_chart,
    count(*) as lines,
    sum(lines.charge) as charge,
    sum(lines.allowed) as allowed,
    sum(lines.paid) as paid,
    count(*) filter (where lines.is_denied) as denied_lines
from core.encounter_line as lines
group by lines.encounter_id
