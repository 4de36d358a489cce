"""Home equity lines of credit: four months of draws, two of which a variable funding note helps to pay."""
