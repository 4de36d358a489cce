"""The data of the sample deal ``auto-reserve``, an example of an auto loan trust with a reserve account."""
