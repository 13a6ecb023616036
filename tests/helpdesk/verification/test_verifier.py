from __future__ import annotations

import pytest

from helpdesk.errors import HelpdeskError
from helpdesk.verification.verifier import RegistryVerifier
from tests.helpdesk.verification.room import TODAY, Worker
from tests.verifier_contract import Subject, VerifierContract


class TestRegistryVerifier(VerifierContract):
    @pytest.fixture
    def subject(self, desk: Worker) -> Subject:
        verifier = RegistryVerifier(desk.service, "kiosk", "A03")
        return Subject(verifier.verify, TODAY, HelpdeskError, new_op_id=desk.ids)
