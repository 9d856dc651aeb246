with reasons as (
    select
        adjustments.carc,
        remits.payment_date,
        count(*) as adjudications,
        sum(adjustments.amount) as amount
    from core.adjustment as adjustments
    inner join core.remit_claim as remits on adjustments.remit_claim_id = remits.remit_claim_id
    group by adjustments.carc, remits.payment_date
),

carcs as (
    select
        reasons.carc,
        sum(reasons.adjudications) as adjudications,
        sum(reasons.amount) as amount,
        min(reasons.payment_date) as first_date,
        max(reasons.payment_date) as last_date
    from reasons
    group by reasons.carc
),

carc_categories as (
    select
        categories.carc,
        arg_max(categories.category, categories.effective_from) as category
    from reference.carc_category as categories
    group by categories.carc
),

line_remarks as (
    select
        lines.payment_date,
        u.rarc
    from core.remit_line as lines
    cross join unnest(lines.remarks) as u (rarc)
),

claim_remarks as (
    select
        claims.payment_date,
        u.rarc
    from core.remit_claim as claims
    cross join unnest(claims.remarks) as u (rarc)
),

all_remarks as (
    select
        line_remarks.payment_date,
        line_remarks.rarc
    from line_remarks
    union all
    select
        claim_remarks.payment_date,
        claim_remarks.rarc
    from claim_remarks
),

rarcs as (
    select
        all_remarks.rarc,
        count(*) as adjudications,
        min(all_remarks.payment_date) as first_date,
        max(all_remarks.payment_date) as last_date
    from all_remarks
    group by all_remarks.rarc
),

rarc_categories as (
    select
        categories.rarc,
        arg_max(categories.cause, categories.effective_from) as cause
    from reference.rarc_category as categories
    group by categories.rarc
)

select
    'carc' as kind,
    carcs.carc as code,
    carc_categories.category,
    carc_categories.carc is not null as is_mapped,
    cast(carcs.adjudications as bigint) as adjudications,
    cast(carcs.amount as decimal(12, 2)) as amount,
    carcs.first_date,
    carcs.last_date
from carcs
left join carc_categories on carcs.carc = carc_categories.carc
union all
select
    'rarc' as kind,
    rarcs.rarc as code,
    rarc_categories.cause as category,
    rarc_categories.rarc is not null as is_mapped,
    rarcs.adjudications,
    cast(null as decimal(12, 2)) as amount,
    rarcs.first_date,
    rarcs.last_date
from rarcs
left join rarc_categories on rarcs.rarc = rarc_categories.rarc
