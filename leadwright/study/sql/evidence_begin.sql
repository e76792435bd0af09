create schema if not exists study;

create or replace table study.moments (
    kind varchar, lead_id varchar, as_of timestamp, is_converted boolean
);

create or replace table study.hits (
    kind varchar, lead_id varchar, as_of timestamp, rule_id varchar
);
