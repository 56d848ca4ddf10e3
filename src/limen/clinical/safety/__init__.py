"""Go/no-go, stop rules, triage, dose checks and discharge, as pure decisions over values."""
