-- The features to learn from, made as those that are scored are; nothing is scored here.

{{ features_at(
    ref('int_learning__moments'),
    ref('int_learning__signal_features'),
    ref('int_learning__account_features'),
    ref('int_learning__own_features'),
) }}
