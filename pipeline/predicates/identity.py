"""Identity numbers (I). There is no check digit (I03): nothing is ever judged by one."""
