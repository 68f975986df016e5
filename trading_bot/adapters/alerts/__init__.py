"""Messages for a person, out of the house: Telegram, e-mail, Slack, webhooks and what else Apprise knows."""
