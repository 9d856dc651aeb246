-- The adjudicated lines a rule judged, by payer, month and answer. `rule_lines` are those lines.
select
    cast($rule_id as varchar) as rule_id,
    lines.payer,
    cast(date_trunc('month', lines.date_of_service) as date) as month,
    coalesce(denials.carc, '') as carc,
    count(*) as lines
from rule_lines as lines
left join temp.denial as denials on lines.line_id = denials.line_id
where lines.missing is null
group by lines.payer, cast(date_trunc('month', lines.date_of_service) as date), denials.carc
