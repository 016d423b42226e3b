"""The charter: the project folder in which marketing and IT agree, as files.

Answers: what is declared, where it stands, and everything that is wrong with it.
Writes no table. Must never connect to anything, run a query, or guess
what an author may have meant: it names the nearest word and refuses.
"""
