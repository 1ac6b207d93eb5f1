"""Other systems are told when a book is ready: signed, to one address of the office, until it is received."""

from pipeline.webhooks.policy import read_webhook
from pipeline.webhooks.sending import WebhookSender, send_events, signature_of, signing_secret

__all__ = ["WebhookSender", "read_webhook", "send_events", "signature_of", "signing_secret"]
