/* ---
title: Which fee schedules and edits speak for which days
meaning: >
  Releases loaded, with the days each speaks for and the Mohs lines of those days. Lines of days no
  release speaks for are judged by the nearest one, with less weight.
grain: one row per series and release
parameters:
  since: {type: date, meaning: only releases that start on this day or later}
columns:
  lines: live lines on days of Mohs surgery within its dates
  first_line: first of those days
  last_line: last
--- */
select
    releases.series,
    releases.release,
    releases.effective_from,
    releases.effective_to,
    count(lines.line_id) as lines,
    min(lines.date_of_service) as first_line,
    max(lines.date_of_service) as last_line
from reference.release as releases
left join core.encounter_line as lines
    on lines.date_of_service between releases.effective_from and releases.effective_to
where getvariable('since') is null or releases.effective_from >= getvariable('since')
group by releases.series, releases.release, releases.effective_from, releases.effective_to
order by releases.series, releases.effective_from, releases.release
