"""The tables that trustees print: of bond classes, of loan groups, of loans, and the class table of any trustee."""
