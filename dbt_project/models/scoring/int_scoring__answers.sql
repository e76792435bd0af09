-- What people stated, by topic, from whichever fields the seed maps to it. The record that was changed last speaks;
-- a word that stands for nothing, such as n/a, is no answer.

with answers as (
    {{ stated_values(ref('unified_answer_fields'), 'topic') }}
)

select
    lead_id,
    topic,
    value,
    crm,
    field
from answers
where place = 1
