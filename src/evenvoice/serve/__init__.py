"""A recognizer over HTTP, and as a page that runs it in the browser."""
