"""What an office has set in the tables of ``office.toml`` on which no reading depends, all checked at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from pipeline.base.errors import SchemaError
from pipeline.declarations.office.approval import APPROVAL, ApprovalPolicy
from pipeline.declarations.office.campaign import CONTRACT, SCAN_NORM, ContractPolicy, ScanNorm
from pipeline.declarations.office.changed_schemas import with_office_changes
from pipeline.declarations.office.delivery_policy import DeliveryPolicy, read_delivery
from pipeline.declarations.office.learning import LEARNING, LearningPolicy
from pipeline.declarations.office.lot_sampling import SAMPLING, SamplingPolicy
from pipeline.declarations.office.outside import MAIL, WEBHOOK, MailPolicy, WebhookPolicy
from pipeline.declarations.office.review import ReviewPolicy, read_review
from pipeline.declarations.office.signing import SIGNING, SigningPolicy
from pipeline.declarations.schema import Schemas

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class OfficePolicies:
    """What an office has set in ``office.toml``, by table."""

    review: ReviewPolicy = field(default_factory=ReviewPolicy)
    sampling: SamplingPolicy = field(default_factory=SamplingPolicy)
    delivery: DeliveryPolicy = field(default_factory=DeliveryPolicy)
    approval: ApprovalPolicy = field(default_factory=ApprovalPolicy)
    learning: LearningPolicy = field(default_factory=LearningPolicy)
    webhook: WebhookPolicy = field(default_factory=WebhookPolicy)
    mail: MailPolicy = field(default_factory=MailPolicy)
    contract: ContractPolicy = field(default_factory=ContractPolicy)
    scan_norm: ScanNorm = field(default_factory=ScanNorm)
    signing: SigningPolicy = field(default_factory=SigningPolicy)


class GatheredFlaws:
    """The flaws that several readers find in the files of an office, refused together."""

    def __init__(self) -> None:
        self._lines: list[str] = []

    def read(self, work: Callable[[], T], otherwise: T) -> T:
        """Return what a reader returns, ``otherwise`` where it finds flaws."""
        try:
            return work()
        except SchemaError as error:
            self._lines += error.message.splitlines()
            return otherwise

    def refuse(self) -> None:
        """Raise ``SchemaError`` that names every flaw once, if there is any."""
        if self._lines:
            raise SchemaError("\n".join(dict.fromkeys(self._lines)))


def read_all(path: Path, declared: Schemas, flaws: GatheredFlaws) -> tuple[Schemas, OfficePolicies]:
    """Return the declarations as an office wants them, and what else it sets; the flaws of the file are gathered.

    Args:
        path: The ``office.toml``; it need not be there.
        declared: The declarations as they came with the program.
    """
    schemas = flaws.read(lambda: with_office_changes(declared, path), declared)
    return schemas, OfficePolicies(
        flaws.read(lambda: read_review(path, schemas), ReviewPolicy()),
        flaws.read(lambda: SAMPLING.read(path), SamplingPolicy()),
        flaws.read(lambda: read_delivery(path), DeliveryPolicy()),
        flaws.read(lambda: APPROVAL.read(path), ApprovalPolicy()),
        flaws.read(lambda: LEARNING.read(path), LearningPolicy()),
        flaws.read(lambda: WEBHOOK.read(path), WebhookPolicy()),
        flaws.read(lambda: MAIL.read(path), MailPolicy()),
        flaws.read(lambda: CONTRACT.read(path), ContractPolicy()),
        flaws.read(lambda: SCAN_NORM.read(path), ScanNorm()),
        flaws.read(lambda: SIGNING.read(path), SigningPolicy()),
    )


def load_policies(path: Path, declared: Schemas) -> OfficePolicies:
    """Return what a file sets, after all of it was checked.

    Raises:
        SchemaError: It names every flaw with its line.
    """
    flaws = GatheredFlaws()
    _, policies = read_all(path, declared, flaws)
    flaws.refuse()
    return policies
