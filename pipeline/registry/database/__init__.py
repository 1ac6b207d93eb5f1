"""The connection to the database: transactions, locks, kinds of database, migrations, the audit trail."""
