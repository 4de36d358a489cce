"""An insured class above overcollateralization that is built, released and lost, over ten months."""
