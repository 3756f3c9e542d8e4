-- Three roles for a shared log. Run once by somebody who may create roles, after `chronology remote init`;
-- then grant one to each member: GRANT chronology_writer TO jane;

CREATE ROLE chronology_reader;
CREATE ROLE chronology_writer IN ROLE chronology_reader;
CREATE ROLE chronology_redactor IN ROLE chronology_writer;

GRANT USAGE ON SCHEMA chronology TO chronology_reader;
GRANT SELECT ON chronology.event TO chronology_reader;
-- A writer can only append.
GRANT INSERT ON chronology.event TO chronology_writer;
-- A redactor can also declare an event redacted and erase it, and change nothing else: triggers see to that.
GRANT UPDATE (type, subject, body) ON chronology.event TO chronology_redactor;
