-- A dismissal holds to its last day, by the latest date in the files, while its line is as it was.
with last_dismissals as (
    select
        dismissals.rule_id,
        dismissals.line_id,
        max(dismissals.effective_from) as effective_from
    from reference.dismissal as dismissals
    group by dismissals.rule_id, dismissals.line_id
),

live_findings as (
    select distinct
        findings.rule_id,
        findings.line_id
    from audit.finding as findings
    where findings.state <> 'gone' and findings.line_id is not null
)

select
    dismissals.rule_id,
    dismissals.line_id,
    case
        when live_findings.line_id is null then 'no_finding'
        when dismissals.effective_to < cuts.as_of_date then 'expired'
        when
            coalesce(dismissals.line_as_was, '') not in ('', lines.line_as_is)
            then 'line_changed'
        else 'standing'
    end as state,
    dismissals.reason,
    dismissals.author,
    dismissals.effective_from as dismissed_date,
    dismissals.effective_to as until_date
from reference.dismissal as dismissals
inner join last_dismissals
    on
        dismissals.rule_id = last_dismissals.rule_id
        and dismissals.line_id = last_dismissals.line_id
        and dismissals.effective_from = last_dismissals.effective_from
left join live_findings
    on
        dismissals.rule_id = live_findings.rule_id
        and dismissals.line_id = live_findings.line_id
left join audit.flagged_line as lines on dismissals.line_id = lines.line_id
cross join audit.data_cut as cuts
