/* ---
title: Deadlines in force
meaning: >
  How long a payer gives for what. A clock that is not here is unknown, never a default.
grain: one row per payer or line of business, clock and dates
--- */
select
    clocks.payer,
    clocks.line_of_business,
    clocks.clock,
    clocks.days,
    clocks.years,
    clocks.counts_from,
    clocks.receipt_days,
    clocks.least_amount,
    clocks.effective_from,
    clocks.effective_to,
    clocks.source
from reference.clock as clocks
