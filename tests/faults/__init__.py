"""The promises about answers, kept while things go wrong: `make faults`, or one by name."""
