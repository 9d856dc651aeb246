/* ---
id: MOHS194
name: records-request-unanswered
summary: The payer asked for records and they were sent late, or not at all.
severity: error
severity_when:
  warning: nothing was sent, and no denial has come since the request
category: documentation
population: core.mohs_line
needs: [claims, chart]
requires: []
chart: [records_requested_date]
parameters:
  answer_days: days from the request within which the records have to be sent
scope: patient
effective: {from: 2013-01-01}
carc: ["226", "252"]
citation:
  - title: Medicare Program Integrity Manual 100-08 ch. 3 s. 3.2.3.2 (45 days to answer a request
      for records)
    grade: recalled
    checked: 2026-11-23
  - title: CARC 226 and RARC N102 for information asked for and not given, as MAC pages have it
    grade: secondary
    checked: 2026-11-23
why: >
  A payer that asks for records denies what it does not get in time, whatever the records say.
  Medicare contractors wait 45 days. Where nothing was sent and no denial has come yet, the time
  may not be over.
exceptions:
  - The records were sent in time.
  - The payer asked for nothing.
remedy: >
  Send the records with the payer's letter. After a denial appeal with them, within the time to
  appeal.
--- */
with requests as (
    select
        lesions.line_id,
        lesions.records_requested_date,
        lesions.records_sent_date,
        lines.is_denied
        and lines.remitted_date >= lesions.records_requested_date as is_denied_since,
        cast(floor(waits.number) as bigint) as days
    from core.chart_lesion as lesions
    inner join core.service_line as lines on lesions.line_id = lines.line_id
    inner join core.threshold as waits
        on
            waits.rule_id = 'MOHS194'
            and waits.parameter = 'answer_days'
            and lines.payer = waits.payer
            and lines.date_of_service between waits.effective_from and waits.effective_to
    where lesions.records_requested_date is not null
)

select
    requests.line_id,
    case
        when requests.records_sent_date is null
            then
                'records asked for on ' || cast(requests.records_requested_date as varchar)
                || ' were not sent'
        else
            'records asked for on ' || cast(requests.records_requested_date as varchar)
            || ' were sent on ' || cast(requests.records_sent_date as varchar)
            || ', after more than ' || cast(requests.days as varchar) || ' days'
    end as reason,
    case
        when requests.records_sent_date is null and not coalesce(requests.is_denied_since, false)
            then 'warning'
    end as severity
from requests
where
    requests.records_sent_date is null
    or date_diff('day', requests.records_requested_date, requests.records_sent_date)
    > requests.days
