"""The daily login: by the browser, by approval on the phone, and how a token becomes the token of the day."""
