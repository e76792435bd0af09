-- One row per lead, moment and feature that has a value. The catalogue decides: what it does not list is no feature,
-- and what it says is known from when it was seen has no value at earlier moments. Other traits are taken to have
-- been from the beginning what they were when they were seen first.

{{ features_at(
    ref('int_scoring__moments'),
    ref('int_scoring__signal_features'),
    ref('int_scoring__account_features'),
    ref('int_scoring__own_features'),
) }}
