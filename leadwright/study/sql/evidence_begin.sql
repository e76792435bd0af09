-- Moments at which leads were looked at, and rules that held; those whose outcome is known by now are the evidence.
create schema if not exists study;

create or replace table study.looked (
    kind varchar, lead_id varchar, as_of timestamp, is_converted boolean, is_matured boolean, is_soon boolean
);

create or replace view study.moments as
select
    kind,
    lead_id,
    as_of,
    is_converted
from study.looked
where is_matured;

create or replace table study.hits (
    kind varchar, lead_id varchar, as_of timestamp, rule_id varchar
);
