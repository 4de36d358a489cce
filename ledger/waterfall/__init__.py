"""The waterfall run: what each step of a deal's terms pays, of which funds, to whom, to the cent."""
