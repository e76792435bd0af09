-- The rules that held at moments to learn from, where the variable `learning_rules` asks for them: a model is compared
-- with the rules on the months that only test, and the others need none.

{% set features %}
(select * from {{ ref('int_learning__features') }} where {{ 'true' if var('learning_rules') else 'false' }})
{% endset %}

{{ rule_hits(features, 'lead_id', "dimension in ('fit', 'intent', 'disqualify')") }}
