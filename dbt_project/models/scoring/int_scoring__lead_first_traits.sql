-- Who the lead was when it came (int_identity__first_people): one row per lead.

{{ traits_of(ref('int_identity__first_people')) }}
