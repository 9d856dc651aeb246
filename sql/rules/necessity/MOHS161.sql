/* ---
id: MOHS161
name: diagnosis-outside-the-covered-list
summary: No diagnosis of a Mohs line is on the covered list of its Medicare contractor or payer.
severity: error
category: necessity
population: core.covered_line
needs: [claims]
requires: [diagnosis_codes, covered_list]
scope: patient
effective: {from: 2015-10-01}
carc: ["50"]
citation:
  - title: Covered-diagnosis list of the line's contractor or payer, as loaded with its article and
      version
    grade: authority
    checked: 2026-11-23
  - title: LCD L34961 and the billing articles beside it; their lists were not read, so none ships
    grade: secondary
    checked: 2026-11-23
why: >
  A contractor's billing and coding article lists the diagnoses that support Mohs surgery, and
  a line that points to none of them is denied as not necessary. Lists differ by contractor and
  version and none ships; load the one that applies with `mohs reference load`. Without one that
  holds on the day the line is not evaluable.
exceptions:
  - One of several diagnoses is on the list.
  - Another contractor's list does not speak for the line.
remedy: >
  Read the pathology report. If a listed diagnosis is documented, correct the pointer; if not, the
  line needs an advance beneficiary notice or is written off.
--- */
with covered_lines as (
    select distinct stage.line_id
    from core.covered_line as stage
    inner join core.line_diagnosis as diagnoses on stage.line_id = diagnoses.line_id
    inner join reference.covered_diagnosis as lists
        on
            diagnoses.code = lists.diagnosis_code
            and stage.date_of_service between lists.effective_from and lists.effective_to
            and case
                when lists.payer <> '' then stage.payer = lists.payer
                else
                    stage.line_of_business = 'medicare'
                    and starts_with(stage.locality, lists.carrier)
            end
)

select
    stage.line_id,
    stage.procedure_code || ' points to no diagnosis that ' || stage.covered_list || ' covers'
        as reason
from core.covered_line as stage
anti join covered_lines on stage.line_id = covered_lines.line_id
where stage.covered_list is not null
