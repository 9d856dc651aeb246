-- Findings of the last run that no other one stands in for and nobody has dismissed.
create or replace temp macro standing_findings() as table
    select findings.*
    from audit.finding as findings
    anti join audit.dismissal as dismissals
        on
            findings.rule_id = dismissals.rule_id
            and findings.line_id = dismissals.line_id
            and dismissals.state = 'standing'
    where not findings.is_superseded and findings.state <> 'gone';
