{{ own_values('hubspot', ['contacts', 'companies']) }}
