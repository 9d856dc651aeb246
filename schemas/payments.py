"""What patients paid themselves."""

from __future__ import annotations

from schemas.table import Money, Table, column


class PatientPayment(Table):
    """One row per claim that stands and says that the patient has paid."""

    claim_id: str = column("its claim", required=True, unique=True)
    patient_id: str = column("pseudonym", required=True)
    patient_paid: Money = column("above zero [AMT*F5]", required=True)

    class Config(Table.Config):
        name = "core.patient_payment"
