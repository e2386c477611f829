"""What a contributor runs from a checkout: never imported by the packages, never installed."""
