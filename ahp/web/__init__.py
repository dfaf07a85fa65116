"""The application in the browser: expert's survey, organizer's desk, results."""
