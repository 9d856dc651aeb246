-- Medicare's fee of a unit under every schedule loaded, for codes, localities and settings of the
-- relation `places`. A schedule is named by its last day.
with schedules as (
    select distinct
        factors.apm_qualifying,
        factors.conversion_factor,
        factors.effective_to as schedule_date
    from reference.conversion_factor as factors
)

select
    places.procedure_code,
    places.component,
    places.locality,
    places.setting,
    places.apm_qualifying,
    schedules.schedule_date,
    cast(round((
        fees.work_rvu * indices.work_gpci
        + case
            when places.setting = 'facility' then fees.facility_pe_rvu
            else fees.nonfacility_pe_rvu
        end * indices.pe_gpci
        + fees.mp_rvu * indices.mp_gpci
    ) * schedules.conversion_factor, 2) as double) as fee
from places
inner join schedules on places.apm_qualifying = schedules.apm_qualifying
inner join reference.mpfs_rvu as fees
    on
        places.procedure_code = fees.procedure_code
        and places.component = fees.modifier
        and schedules.schedule_date between fees.effective_from and fees.effective_to
inner join reference.gpci as indices
    on
        places.locality = indices.locality
        and schedules.schedule_date between indices.effective_from and indices.effective_to
