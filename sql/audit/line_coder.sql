-- Who coded a billed line: the claim's own row of coders.csv, else its surgeon's on that day.
select
    lines.line_id,
    coalesce(claims.coder, surgeons.coder) as coder
from core.service_line as lines
left join reference.coder as claims
    on
        lines.claim_id = claims.claim_id
        and lines.date_of_service between claims.effective_from and claims.effective_to
left join reference.coder as surgeons
    on
        lines.rendering_npi = surgeons.rendering_npi
        and lines.date_of_service between surgeons.effective_from and surgeons.effective_to
where lines.source <> '835' and coalesce(claims.coder, surgeons.coder) is not null
