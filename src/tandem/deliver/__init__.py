"""Messages that leave the house: asked of policy once more, sent once, and receipted either way.

Answers: who was contacted, who was not, and why, for everybody in a campaign.
Writes `contacts` and `receipts`, and the outbox of the ledger.
Must never send without a fresh permit, send twice, or leave a person without a receipt.
"""

from tandem.deliver.asking import check_campaign
from tandem.deliver.books import contacted
from tandem.deliver.channels import Desk
from tandem.deliver.delivering import Delivered, deliver
from tandem.deliver.receipts import latest
from tandem.deliver.settling import Settlement, settle_uncertain, uncertain_contacts
from tandem.deliver.sink import MailSink, read_sink
from tandem.deliver.smtp import Login
from tandem.deliver.words import People

__all__ = [
    "Delivered",
    "Desk",
    "Login",
    "MailSink",
    "People",
    "Settlement",
    "check_campaign",
    "contacted",
    "deliver",
    "latest",
    "read_sink",
    "settle_uncertain",
    "uncertain_contacts",
]
