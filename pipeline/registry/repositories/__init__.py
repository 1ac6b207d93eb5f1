"""Reading and writing the rows of one subject each, within the transaction of the caller."""
